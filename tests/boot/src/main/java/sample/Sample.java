package sample;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Says in JSON what it sees of its surroundings. */
@SpringBootApplication
@RestController
public class Sample {
    private final ApplicationContext context;
    private final ApplicationArguments arguments;
    private final String greeting;

    public Sample(ApplicationContext context, ApplicationArguments arguments, @Value("${greeting}") String greeting) {
        this.context = context;
        this.arguments = arguments;
        this.greeting = greeting;
    }

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("--return")) {
            return;
        }
        SpringApplication.run(Sample.class, arguments);
    }

    @GetMapping("/facts")
    public Map<String, Object> facts(HttpServletRequest request) {
        return Map.of(
                "greeting", greeting,
                "arguments", arguments.getNonOptionArgs(),
                "contextPath", request.getContextPath(),
                "uri", request.getRequestURI(),
                "scheme", request.getScheme(),
                "client", request.getRemoteAddr(),
                "loader", Thread.currentThread().getContextClassLoader().getClass().getSimpleName());
    }

    @PostMapping("/upload")
    public Map<String, Object> upload(@RequestParam("file") MultipartFile file) throws IOException {
        return Map.of("name", file.getOriginalFilename(), "size", file.getBytes().length);
    }

    @GetMapping("/events")
    public SseEmitter events() {
        SseEmitter emitter = new SseEmitter();
        new Thread(() -> {
                    try {
                        for (int i = 0; i < 3; i++) {
                            emitter.send("event " + i);
                        }
                        emitter.complete();
                    } catch (IOException e) {
                        emitter.completeWithError(e);
                    }
                })
                .start();
        return emitter;
    }

    @GetMapping("/fail")
    public String fail() {
        throw new IllegalStateException("failed on purpose");
    }

    @PostMapping("/ready")
    public void ready(@RequestParam("value") boolean isReady) {
        AvailabilityChangeEvent.publish(
                context, isReady ? ReadinessState.ACCEPTING_TRAFFIC : ReadinessState.REFUSING_TRAFFIC);
    }
}
