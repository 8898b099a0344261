#include "daemon_socket.h"

#include "harness.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <sys/socket.h>
#include <sys/un.h>

const char *socket_path;
int socket_listener;

void mj_listen(int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    socket_path = apr_pstrcat(test_pool, mj_temp_folder(), "/sock", NULL);
    ck_assert_ptr_nonnull(apr_cpystrn(address.sun_path, socket_path, sizeof(address.sun_path)));
    socket_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(socket_listener, 0);
    ck_assert_int_eq(bind(socket_listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(socket_listener, backlog), 0);
}

mj_channel_t *mj_open_channel(unsigned slot, uint32_t daemon, int *accepted)
{
    mj_channel_t *opened;

    ck_assert_int_eq(mj_channel_open(&opened, socket_path, &(mj_ticket_t){.slot = slot, .serial = daemon}, MJ_CHANNEL_SLICE, 0),
                     APR_SUCCESS);
    *accepted = accept(socket_listener, NULL, NULL);
    ck_assert_int_ge(*accepted, 0);
    return opened;
}

void mj_greet_at_once(mj_channel_t *channel, uint16_t serial)
{
    channel->greeting = MJ_GREETING_DONE;
    channel->serial = serial;
}
