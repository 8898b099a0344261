package modjvm.boot.inside;

import modjvm.coyote.ExchangeProtocol;

/** The connector of the application's Tomcat; Tomcat makes it by its name. */
public final class BootProtocol extends ExchangeProtocol {
    /** For Tomcat. */
    public BootProtocol() {}

    @Override
    public void start() throws Exception {
        super.start();
        Inside.link().started(this::serve);
    }

    @Override
    public void stop() throws Exception {
        Inside.link().stopped();
        super.stop();
    }
}
