http.o: include/cachetap/http.h include/cachetap/consumer.h \
 include/cachetap/base.h
include/cachetap/consumer.h:
include/cachetap/base.h:
