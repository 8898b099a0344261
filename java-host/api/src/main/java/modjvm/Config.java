package modjvm;

import java.util.Map;

/**
 * What a factory is given to make its application of: {@code static Application application(Config
 * config)}.
 *
 * @param parameters the mount's parameters ({@code param.NAME=} of JVMAlias, and JVMParameter);
 *     cannot be changed
 */
public record Config(Map<String, String> parameters) {
    /**
     * Copies the parameters.
     *
     * @param parameters names and values
     */
    public Config {
        parameters = Map.copyOf(parameters);
    }
}
