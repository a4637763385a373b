base.o: include/cachetap/base.h
