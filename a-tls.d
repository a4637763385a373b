tls.o: src/stream/tls.h include/cachetap/base.h include/cachetap/stream.h \
 include/cachetap/consumer.h include/cachetap/packet.h
include/cachetap/base.h:
include/cachetap/stream.h:
include/cachetap/consumer.h:
include/cachetap/packet.h:
