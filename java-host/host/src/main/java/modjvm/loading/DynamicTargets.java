package modjvm.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import modjvm.record.Record;
import modjvm.record.RecordException;

/**
 * Which applications a request may bring that the settings do not name. httpd has worked out what
 * its configuration can lead to; a child of httpd that somebody has captured gets no further than
 * that. Immutable.
 */
public final class DynamicTargets {
    /** None at all. */
    public static final DynamicTargets NONE =
            new DynamicTargets(List.of(), Set.of(), Set.of(), List.of(), Set.of(), Set.of(), Plants.NONE);

    private final List<TargetForm> forms;
    private final Set<String> entryPoints;
    private final Set<String> groups;
    private final List<String> groupPrefixes;
    private final Set<String> parameters;
    private final Set<Map<String, List<String>>> options;
    private final Plants plants;

    private DynamicTargets(
            List<TargetForm> forms,
            Set<String> entryPoints,
            Set<String> groups,
            List<String> groupPrefixes,
            Set<String> parameters,
            Set<Map<String, List<String>>> options,
            Plants plants) {
        this.forms = forms;
        this.entryPoints = entryPoints;
        this.groups = groups;
        this.groupPrefixes = groupPrefixes;
        this.parameters = parameters;
        this.options = options;
        this.plants = plants;
    }

    /**
     * Reads the entry {@code dynamic} of a pool record (CONTROL.md, section 1).
     */
    public static DynamicTargets parse(byte[] record) throws RecordException {
        long uid = -1;
        long gid = -1;
        List<TargetForm> forms = new ArrayList<>();
        Set<String> entryPoints = new HashSet<>();
        Set<String> groups = new HashSet<>();
        List<String> groupPrefixes = new ArrayList<>();
        Set<String> parameters = new HashSet<>();
        Set<Map<String, List<String>>> options = new HashSet<>();
        for (Record.Entry entry : Record.parse(record)) {
            switch (entry.name()) {
                case "uid" -> uid = Long.parseLong(entry.text());
                case "gid" -> gid = Long.parseLong(entry.text());
                case "target" -> forms.add(TargetForm.parse(entry.text()));
                case "entry-point" -> entryPoints.add(entry.text());
                case "group" -> groups.add(entry.text());
                case "server" -> groupPrefixes.add(entry.text() + "|");
                case "param" -> parameters.add(entry.text());
                case "options" -> options.add(lists(entry.value()));
                default -> {
                    // A later httpd may say more.
                }
            }
        }
        return new DynamicTargets(forms, entryPoints, groups, groupPrefixes, parameters, options, new Plants(uid, gid));
    }

    private static Map<String, List<String>> lists(byte[] record) throws RecordException {
        Map<String, List<String>> lists = new HashMap<>();
        for (Record.Entry entry : Record.parse(record)) {
            lists.computeIfAbsent(entry.name(), name -> new ArrayList<>()).add(entry.text());
        }
        return lists;
    }

    /**
     * Says why no request may bring this definition, which part of it is to blame, and how to allow
     * it; empty if one may.
     */
    String refusal(Definition definition) {
        String target = definition.target().toString();
        if (!isNormal(target) || forms.stream().noneMatch(form -> form.matches(target))) {
            return refused(
                    target,
                    "no handler and no JVMAliasMatch of the configuration leads there; if one does in a way that the"
                            + " configuration does not show (UserDir, RewriteRule), name the folder with the option target-folder= of"
                            + " JVMDaemonProcess");
        }
        if (!entryPoints.contains(definition.entryPoint())) {
            return refused(target, "no scope has the entry point " + OneLine.join(definition.entryPoint()));
        }
        String group = definition.group();
        if (!groups.contains(group) && groupPrefixes.stream().noneMatch(group::startsWith)) {
            return refused(target, "no scope has the application group " + OneLine.join(group));
        }
        for (Map.Entry<String, String> parameter :
                definition.config().parameters().entrySet()) {
            if (!parameters.contains(parameter.getKey() + "=" + parameter.getValue())) {
                return refused(target, "no scope has this value of the parameter " + OneLine.join(parameter.getKey()));
            }
        }
        Map<String, List<String>> own = definition.restrictedOptions();
        if (!own.isEmpty() && !options.contains(own)) {
            return refused(target, "no JVMAliasMatch has these options: " + OneLine.join(own.toString()));
        }
        return refusal(definition.target());
    }

    private String refusal(Path target) {
        try {
            String planted = plants.find(target);
            if (!planted.isEmpty()) {
                return refused(
                        target.toString(),
                        planted
                                + " belongs to httpd's user, or that user can write it: what httpd's user could have placed does not"
                                + " run in a pool; give it to another user");
            }
            if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
                return refused(target.toString(), "neither a file nor a folder");
            }
            return "";
        } catch (IOException e) {
            return ""; // it is not there, or this process cannot look: loading tells
        }
    }

    /** As httpd makes paths: nothing in it that a file system would take for something else. */
    private static boolean isNormal(String target) {
        Path path = Path.of(target);
        return path.normalize().toString().equals(target);
    }

    private static String refused(String target, String why) {
        return OneLine.join(target) + ": refused: " + why;
    }
}
