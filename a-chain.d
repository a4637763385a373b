chain.o: src/http/chain.h src/base/pool.h include/cachetap/base.h
src/base/pool.h:
include/cachetap/base.h:
