"""Some clients that share what is to be asked for."""

import threading

CLIENTS = 16


def ask_all(things, ask):
    """Each client takes the next thing until none is left; what ask returned, in the order of the answers."""
    waiting, answers, lock = iter(things), [], threading.Lock()

    def client():
        while True:
            with lock:
                thing = next(waiting, None)
            if thing is None:
                return
            answers.append(ask(thing))

    # An end by a signal does not wait for what they ask.
    clients = [threading.Thread(target=client, daemon=True) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return answers
