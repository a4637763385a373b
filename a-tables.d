tables.o: src/cache/tables.h include/cachetap/cache.h \
 include/cachetap/http.h include/cachetap/consumer.h \
 include/cachetap/base.h
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
