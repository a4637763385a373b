time.o: src/source/time.h include/cachetap/base.h
include/cachetap/base.h:
