package modjvm.cli;

/**
 * Why a command could not do what it was asked for. The message is for people, and is all that they
 * see.
 */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }
}
