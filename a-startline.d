startline.o: src/http/startline.h include/cachetap/consumer.h \
 include/cachetap/base.h
include/cachetap/consumer.h:
include/cachetap/base.h:
