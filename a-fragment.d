fragment.o: src/packet/fragment.h include/cachetap/packet.h \
 include/cachetap/base.h
include/cachetap/packet.h:
include/cachetap/base.h:
