-- What wrk sends, by the workload's shape (get, post, headers), over how many mounts, and its findings as one line of JSON.

local function spread(mounts)
    local requests, last = {}, 0
    local path = wrk.path:match("^/m1(/.*)$")
    for i = 1, mounts do
        requests[i] = wrk.format(nil, "/m" .. i .. path)
    end
    return function()
        last = last % mounts + 1
        return requests[last]
    end
end

function init(args)
    local mounts = tonumber(args[2])
    if args[1] == "post" then
        wrk.method = "POST"
        wrk.body = string.rep("x", 65536)
    elseif args[1] == "headers" then
        -- Host is the twentieth; together they are 1.5 KB
        for i = 1, 19 do
            wrk.headers["X-Request-" .. i] = string.rep("v", 64)
        end
    end
    if mounts > 0 then
        request = spread(mounts)
    end
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        '\nRESULT {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "errors": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout))
end
