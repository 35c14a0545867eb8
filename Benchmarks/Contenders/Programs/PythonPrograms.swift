import CMusterLimits
import MusterBenchmarkResults

/// The models of Python, by scripts of our own that do the same items: connect, ask, wait, judge; read and count.
enum PythonPrograms {
    static let contenders = [
        contender(
            "python-threads", "Python: ThreadPoolExecutor", threads,
            reach: { assignment, flight, _ in assignment.logs == .none ? flight : 1 }),
        contender(
            "python-processes", "Python: multiprocessing.Pool", processes,
            obstacle: {
                $0.kind == LIM_WORK_CRASHES ? "its pool waits for ever for the item of a worker that died" : nil
            }),
        contender(
            "python-asyncio", "Python: asyncio", tasks,
            obstacle: {
                $0.logs != .none || $0.kind == LIM_WORK_READS ? "what computes or blocks holds up its loop" : nil
            }
        ),
    ]

    private static func contender(
        _ name: String, _ title: String, _ program: String,
        reach: @escaping @Sendable (Assignment, Int, Int) -> Int = { _, flight, _ in flight },
        obstacle: @escaping @Sendable (Assignment) -> String? = { _ in nil }
    ) -> Contender {
        Contender(
            name: name, title: title, kind: .external, family: .childrenOnly, cost: 300e-6, reach: reach,
            needs: "python3",
            obstacle: { assignment in
                obstacle(assignment) ?? (known(assignment) ? nil : "there is no script for it")
            }
        ) { ledger in
            let work = ledger.work
            let lines = try ExternalProgram.output(
                of: ["python3", "-c", items + program]
                    + [
                        work.kind, work.items, work.window, work.port, work.hole_port, work.timeout_ms, work.size,
                    ].map { "\($0)" } + [work.logs], ledger)
            for line in lines {
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                guard numbers.count == 5 else { continue }
                ledger.tell(
                    numbers[0], from: Int64(numbers[1]), to: Int64(numbers[2]), isUp: numbers[3] == 1,
                    value: numbers[4])
            }
        }
    }

    private static func known(_ assignment: Assignment) -> Bool {
        [LIM_WORK_TCP, LIM_WORK_HTTP, LIM_WORK_FILES, LIM_WORK_PIECES].contains { $0 == assignment.kind }
    }

    /// What an item is; numbers of kinds as in `lim_work_kind`.
    private static let items = """
        import socket, struct, sys, time
        kind, items, window, port, hole, timeout, size = map(int, sys.argv[1:8])
        logs = sys.argv[8]
        timeout /= 1000
        TCP, HTTP, FILES = 1, 3, 4
        reset = struct.pack("ii", 1, 0)
        def host(i):
            return f"127.{10 + i // 50000}.{i // 250 % 200}.{i % 250 + 1}", hole if hole and i % 10 == 5 else port
        def request(i):
            return (f"GET /health HTTP/1.1\\r\\nHost: {host(i)[0]}:{port}\\r\\nUser-Agent: muster/0.1\\r\\n"
                "Accept: */*\\r\\nConnection: close\\r\\n\\r\\n").encode()
        def judge(answer):
            if kind == TCP: return answer[:1] == b"o"
            head, _, body = answer.partition(b"\\r\\n\\r\\n")
            return head.startswith(b"HTTP/1.1 200 ") and b"ok" in body
        def probe(i):
            s = socket.socket()
            try:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                s.settimeout(timeout)
                s.connect(host(i))
                if kind == HTTP: s.sendall(request(i))
                return judge(s.recv(512)), 0
            except OSError: return False, 0
            finally: s.close()
        def parse(i):
            offset = 0 if kind == FILES else i * size
            path = f"{logs}/service-{i // 1000:03}/access-{i % 1000:05}.log" if kind == FILES else logs
            start = max(0, offset - 1)
            with open(path, "rb") as file:
                file.seek(start)
                text = file.read(offset - start + size + 65536)
            at = text.find(b"\\n") + 1 if offset else 0
            stop = len(text) if kind == FILES else offset - start + size
            end = text.find(b"\\n", max(at, stop - 1)) if at < stop else at
            lines = text[at:end if end >= 0 else len(text)].splitlines()
            urls, codes, total = 0, {}, 0
            for line in lines:
                parts = line.split(b'"', 3)
                if len(parts) < 3: continue
                urls ^= hash(parts[1])
                tail = parts[2].split()
                if len(tail) != 2: continue
                codes[tail[0]] = codes.get(tail[0], 0) + 1
                if tail[1].isdigit(): total += int(tail[1])
            return True, len(lines)
        do = parse if kind >= FILES else probe
        def perform(i):
            started = time.monotonic_ns()
            good, lines = do(i)
            return i, started, time.monotonic_ns(), int(good), lines
        def tell(entries):
            sys.stdout.write("\\n".join(" ".join(map(str, entry)) for entry in entries) + "\\n")

        """

    private static let threads = """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(window) as pool: tell(pool.map(perform, range(items)))
        """

    private static let processes = """
        import multiprocessing
        multiprocessing.set_start_method("fork")
        pool = multiprocessing.Pool(min(window, items))
        tell(pool.imap_unordered(perform, range(items)))
        pool.close()
        pool.join()
        """

    private static let tasks = """
        import asyncio
        async def converse(i):
            reader, writer = await asyncio.open_connection(*host(i))
            try:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                if kind == HTTP: writer.write(request(i))
                return judge(await reader.read(512))
            finally: writer.transport.abort()
        async def item(i):
            started = time.monotonic_ns()
            try: good = await asyncio.wait_for(converse(i), timeout)
            except (OSError, asyncio.TimeoutError): good = False
            return i, started, time.monotonic_ns(), int(good), 0
        async def work(source, entries):
            for i in source: entries.append(await item(i))
        async def main():
            source, entries = iter(range(items)), []
            await asyncio.gather(*(work(source, entries) for _ in range(window)))
            return entries
        tell(asyncio.run(main()))
        """
}
