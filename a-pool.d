pool.o: src/base/pool.h include/cachetap/base.h
include/cachetap/base.h:
