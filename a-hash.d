hash.o: src/base/hash.h include/cachetap/base.h
include/cachetap/base.h:
