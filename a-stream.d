stream.o: include/cachetap/stream.h include/cachetap/consumer.h \
 include/cachetap/base.h include/cachetap/packet.h
include/cachetap/consumer.h:
include/cachetap/base.h:
include/cachetap/packet.h:
