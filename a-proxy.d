proxy.o: src/stream/proxy.h include/cachetap/base.h
include/cachetap/base.h:
