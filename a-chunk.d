chunk.o: src/http/chunk.h include/cachetap/base.h
include/cachetap/base.h:
