consumer.o: include/cachetap/consumer.h include/cachetap/base.h
include/cachetap/base.h:
