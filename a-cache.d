cache.o: include/cachetap/cache.h include/cachetap/http.h \
 include/cachetap/consumer.h include/cachetap/base.h
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
