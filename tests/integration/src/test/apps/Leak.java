import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import modjvm.*;

/** Opens files and never closes them, until it can have no more; POST. */
public class Leak {
    private static final List<FileInputStream> OPEN = new ArrayList<>();

    static final Application application = Leak::answer;

    private static Response answer(Request request) throws Exception {
        if (request.method().equals("POST")) {
            try {
                while (true) {
                    OPEN.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                return Response.text(e.getMessage());
            }
        }
        if (request.query().startsWith("wait")) {
            Thread.sleep(Long.parseLong(request.query().substring(5)));
        }
        return Response.text(Long.toString(ProcessHandle.current().pid()));
    }
}
