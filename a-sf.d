sf.o: src/http/sf.h include/cachetap/base.h
include/cachetap/base.h:
