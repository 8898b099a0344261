package modjvm.boot.inside;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;

/**
 * Hears how the application starts, and what becomes of it; Spring Boot finds it by
 * META-INF/spring.factories.
 */
public final class BootListener implements ApplicationListener<ApplicationEvent>, Ordered {
    private static final String NAME = "modjvm";

    /** For Spring. */
    public BootListener() {}

    /**
     * Before the listener that reads the application's configuration, which profiles among others
     * decide about.
     */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof ApplicationEnvironmentPreparedEvent prepared) {
            prepared.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource(NAME, Inside.link().properties()));
        } else if (event instanceof ApplicationContextInitializedEvent initialized) {
            initialized.getApplicationContext().getBeanFactory().addBeanPostProcessor(new ServerFactories());
        } else if (event instanceof ApplicationReadyEvent ready) {
            Inside.link().ready(ready.getApplicationContext()::close);
        } else if (event instanceof ApplicationFailedEvent failed) {
            Inside.link().failed(failed.getException());
        } else if (event instanceof AvailabilityChangeEvent<?> change
                && change.getState() instanceof ReadinessState state) {
            Inside.link().accepts(state == ReadinessState.ACCEPTING_TRAFFIC);
        }
    }
}
