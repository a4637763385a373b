packet.o: include/cachetap/packet.h include/cachetap/base.h
include/cachetap/base.h:
