unpack.o: src/source/unpack.h include/cachetap/base.h
include/cachetap/base.h:
