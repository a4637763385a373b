/* SPDX-License-Identifier: Apache-2.0 */
#include "source/netdev.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#define ANSWER_BYTES (32u * 1024u)

struct question {
    struct nlmsghdr header;
    struct ifinfomsg info;
    char attributes[RTA_SPACE(IFNAMSIZ)];
};

int ct_source_netdev_open(void)
{
    struct timeval patience = {.tv_sec = 1}; /* the kernel answers at once */
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
        (void)close(fd); /* nothing was sent */
        return -1;
    }
    return fd;
}

static bool send_question(int fd, const char *name, uint32_t number)
{
    struct question question = {
        .header = {.nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = number},
        .info = {.ifi_family = AF_UNSPEC},
    };
    size_t n = strlen(name) + 1;
    struct rtattr attribute = {.rta_type = IFLA_IFNAME};
    if (n > IFNAMSIZ) {
        return false;
    }
    attribute.rta_len = (unsigned short)RTA_LENGTH(n);
    memcpy(question.attributes, &attribute, sizeof attribute);
    memcpy(question.attributes + RTA_LENGTH(0), name, n);
    question.header.nlmsg_len = (uint32_t)(NLMSG_SPACE(sizeof question.info) + RTA_SPACE(n));
    return send(fd, &question, question.header.nlmsg_len, 0) == (ssize_t)question.header.nlmsg_len;
}

/* The attributes of an answer are n octets at p. */
static uint64_t read_missed(const char *p, size_t n)
{
    struct rtnl_link_stats64 counts;
    struct rtattr attribute;
    while (n >= sizeof attribute) {
        memcpy(&attribute, p, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > n) {
            break;
        }
        if (attribute.rta_type == IFLA_STATS64) {
            size_t had = attribute.rta_len - RTA_LENGTH(0);
            memset(&counts, 0, sizeof counts);
            memcpy(&counts, p + RTA_LENGTH(0), had < sizeof counts ? had : sizeof counts);
            return counts.rx_missed_errors + counts.rx_fifo_errors; /* what libpcap adds up */
        }
        size_t step = RTA_ALIGN(attribute.rta_len);
        p += step < n ? step : n;
        n -= step < n ? step : n;
    }
    return 0;
}

/* One message of n octets at p; false: not an answer to a question. */
static bool read_answer(const char *p, size_t n, uint16_t type, struct ct_netdev *netdev)
{
    struct nlmsgerr error;
    struct ifinfomsg info;
    if (type == NLMSG_ERROR && n >= sizeof error) {
        memcpy(&error, p, sizeof error);
        *netdev = (struct ct_netdev){.exists = false};
        return error.error == -ENODEV;
    }
    if (type != RTM_NEWLINK || n < NLMSG_ALIGN(sizeof info)) {
        return false;
    }
    memcpy(&info, p, sizeof info);
    *netdev = (struct ct_netdev){
        .exists = true,
        .up = (info.ifi_flags & IFF_UP) != 0,
        .index = info.ifi_index,
        .type = info.ifi_type,
        .missed = read_missed(p + NLMSG_ALIGN(sizeof info), n - NLMSG_ALIGN(sizeof info)),
    };
    return true;
}

bool ct_source_netdev_ask(int fd, const char *name, struct ct_netdev *netdev)
{
    static const uint32_t number = 1;
    char answer[ANSWER_BYTES];
    struct nlmsghdr header;
    while (recv(fd, answer, sizeof answer, MSG_DONTWAIT) > 0) {
        /* a late answer to an earlier question */
    }
    if (fd < 0 || !send_question(fd, name, number)) {
        return false;
    }
    ssize_t got = 0;
    do {
        got = recv(fd, answer, sizeof answer, 0);
    } while (got < 0 && errno == EINTR);
    if (got < (ssize_t)NLMSG_HDRLEN) {
        return false;
    }
    memcpy(&header, answer, sizeof header);
    return header.nlmsg_len >= NLMSG_HDRLEN && header.nlmsg_len <= (size_t)got &&
           read_answer(answer + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN, header.nlmsg_type,
                       netdev);
}

bool ct_source_netdev_rebind(int socket_fd, int index, bool promiscuous)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = index,
    };
    struct packet_mreq membership = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    if (bind(socket_fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return false;
    }
    if (promiscuous) {
        /* Without it there is still the traffic of this machine. */
        (void)setsockopt(socket_fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                         sizeof membership);
    }
    return true;
}

bool ct_source_netdev_drops(int socket_fd, uint64_t *received, uint64_t *dropped)
{
    struct tpacket_stats_v3 counts = {.tp_packets = 0};
    socklen_t n = sizeof counts; /* a ring of another version fills the first two alone */
    if (socket_fd < 0 || getsockopt(socket_fd, SOL_PACKET, PACKET_STATISTICS, &counts, &n) != 0) {
        return false;
    }
    *received = counts.tp_packets;
    *dropped = counts.tp_drops;
    return true;
}
