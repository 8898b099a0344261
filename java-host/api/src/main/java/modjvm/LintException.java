package modjvm;

/**
 * A breach of the contract in docs/interface.md, by the application or by its server. Thrown by
 * {@link Lint}.
 */
public final class LintException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The id of the rule, as the tables of docs/interface.md have it. */
    private final String rule;

    LintException(LintRule rule, String what) {
        super(rule.id() + ": " + what + " (see docs/interface.md)");
        this.rule = rule.id();
    }

    /**
     * The rule that was broken.
     *
     * @return its id in docs/interface.md, which the message names too
     */
    public String rule() {
        return rule;
    }
}
