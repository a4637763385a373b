filter.o: src/source/filter.h include/cachetap/base.h
include/cachetap/base.h:
