source.o: include/cachetap/source.h include/cachetap/base.h
include/cachetap/base.h:
