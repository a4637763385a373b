token.o: src/http/token.h include/cachetap/base.h
include/cachetap/base.h:
