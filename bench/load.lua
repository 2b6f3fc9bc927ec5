-- wrk script: sends the requests of a file in turn, prints one line of JSON.
-- Each line of the file: method, path, body, cookie, separated by tabs.
-- wrk -s load.lua URL -- FILE CSRF_TOKEN

local requests, next_one = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, body, cookie = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)")
    local headers = { ["Host"] = "127.0.0.1", ["Cookie"] = cookie }
    if method == "POST" then
      headers["X-CSRFToken"] = arguments[2]
      headers["Content-Type"] = "application/x-www-form-urlencoded"
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"rate": %.1f, "p50": %.1f, "p95": %.1f, "requests": %d, "bytes": %d, "errors": %d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, summary.requests, summary.bytes / summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end
