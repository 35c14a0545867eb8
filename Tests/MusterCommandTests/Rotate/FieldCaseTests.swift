import Glibc
import MusterTesting
import Testing

/// Whether some programs are installed.
private func have(_ programs: [String]) -> Bool {
    programs.allSatisfy { program in
        ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].contains { unsafe access($0 + program, X_OK) == 0 }
    }
}

/// What real machines met, as a shell sees it: each case is a script in an empty folder, and what it prints.
@Suite("Rotations of real machines", .enabled(if: geteuid() == 0, "owners, lists and mounts take root"))
struct FieldCaseTests {
    /// - Parameter script: `muster FLAG …` rotates by `conf`, and prints how it ended where that was not 0.
    private func said(_ script: String) async throws -> String {
        let folder = TemporaryFolder()
        try #require(unsafe chmod(folder.path, 0o755) == 0)
        let ending = try await Program.run(
            [],
            shell: """
                umask 022; export TZ=UTC; cd \(folder.path) && mkdir log || exit 1; D=\(folder.path); M=$0
                muster() { "$M" logs rotate "$@" -s st conf > out 2> err; c=$?; [ $c = 0 ] || echo exit $c; }
                names() { ls -A log | tr '\\n' ' '; echo; }
                mode() { stat -c %a "$1"; getfacl -pcEn "$1" | tr '\\n' ' '; echo; }
                \(script)
                """)
        return ending.text
    }

    @Test(
        "A configuration that is not understood removes nothing",
        arguments: ["rotate 4x", "rotate 52 # one year", "rotate  = ", "$(printf '\\177ELF')", "rotat 52"])
    func badGlobal(line: String) async throws {
        let said = try await said(
            """
            echo live > log/a.log; echo week1 > log/a.log.1; echo week2 > log/a.log.2
            printf '%s\\n%s/log/a.log {\\n create\\n}\\n' "\(line)" $D > conf
            muster -f; grep . log/*; grep -c 'conf:[12]: ' err
            """)
        #expect(said == "exit 1\nlog/a.log:live\nlog/a.log.1:week1\nlog/a.log.2:week2\n2\n")
    }

    /// Rotates by `copytruncate`; the run ends by `kill -9` in the script as long as there is a file `kill`.
    private static let dying = """
        printf '%s/log/a.log {\\n rotate 5\\n copytruncate\\n postrotate\\n' $D > conf
        printf ' if [ -e %s/kill ]; then kill -9 $PPID; sleep 0.2; fi\\n endscript\\n}\\n' $D >> conf
        touch kill
        """

    @Test("Runs of copytruncate that are killed lose no line that nobody was writing then")
    func killedCopies() async throws {
        let said = try await said(
            """
            \(Self.dying)
            : > log/a.log; muster -f
            printf 'A1\\nA2\\nA3\\n' >> log/a.log; muster
            printf 'B1\\nB2\\nB3\\nB4\\n' >> log/a.log; rm kill; muster
            cat log/* | sort | tr '\\n' ' '
            """)
        #expect(said == "exit 137\nexit 137\nA1 A2 A3 B1 B2 B3 B4 ")
    }

    @Test("A line that stood there before the cut does not make it the same line after it")
    func sameLines() async throws {
        let said = try await said(
            """
            \(Self.dying)
            printf 'tick\\ntick\\n' > log/a.log; muster -f
            printf 'tick\\ntick\\ntock\\n' >> log/a.log; rm kill; muster
            cat log/* | sort | uniq -c | tr -s ' \\n' ' '
            """)
        #expect(said == "exit 137\n 4 tick 1 tock ")
    }

    @Test("A mode that create names stands alone", .enabled(if: have(["setfacl", "getfacl"])))
    func namedMode() async throws {
        let said = try await said(
            """
            printf '%s/log/a.log {\\n rotate 2\\n create 0600\\n}\\n' $D > conf
            echo x > log/a.log; setfacl -m u:65534:r log/a.log; muster -f; mode log/a.log
            """)
        #expect(said == "600\nuser::rw- group::--- other::---  \n")
    }

    @Test(
        "The default list of a folder gives nobody a copy or a compressed log",
        .enabled(if: have(["setfacl", "getfacl"])), arguments: ["create", "copytruncate"])
    func defaultList(how: String) async throws {
        let said = try await said(
            """
            printf '%s/log/a.log {\\n rotate 3\\n \(how)\\n compress\\n}\\n' $D > conf
            echo x > log/a.log; chmod 640 log/a.log; setfacl -d -m u:65534:rw log
            muster -f; mode log/a.log.1.gz; mode log/a.log
            """)
        let list = "640\nuser::rw- group::r-- other::---  \n"
        #expect(said == list + list)
    }

    @Test("Logs of an overlay whose layers are on two file systems are rotated")
    func overlay() async throws {
        let said = try await said(
            """
            unshare -m sh -c 'mount -t tmpfs -o mode=755 t log && cd log && mkdir lo up m && mount -t tmpfs t lo &&
                mount -t tmpfs t up && mkdir up/u up/w && echo 1 > lo/old.log && chmod 755 lo up up/u &&
                mount -t overlay o -o lowerdir=lo,upperdir=up/u,workdir=up/w m' || { echo none; exit; }
            export D M; unshare -m sh -c 'mount -t tmpfs -o mode=755 t log; cd log; mkdir lo up m; mount -t tmpfs t lo
                mount -t tmpfs t up; mkdir up/u up/w; echo 1 > lo/old.log; chmod 755 lo up up/u
                mount -t overlay o -o lowerdir=lo,upperdir=up/u,workdir=up/w m; echo 2 > m/new.log
                printf "%s/log/m/*.log {\\n rotate 2\\n create\\n}\\n" $D > ../conf
                for i in 1 2; do "$M" logs rotate -f -s ../st ../conf > ../out || cat ../out; done
                ls m | tr "\\n" " "; cat m/*.2'
            """)
        // Not every kernel, nor every container, has overlays.
        if said == "none\n" { return }
        #expect(said == "new.log new.log.1 new.log.2 old.log old.log.1 old.log.2 2\n1\n")
    }

    struct Case: Sendable, CustomStringConvertible {
        var description: String
        /// What is done in the end, in the shell of ``said(_:)``.
        var script: String
        var said: String
    }

    /// A stanza for `$1`.
    private static let stanza = "stanza() { printf '%s {\\n rotate 2\\n%s\\n}\\n' \"$1\" \"$2\"; }\n"

    static let cases = [
        Case(
            description: "an olddir in the home",
            script: """
                mkdir -p home/old; export HOME=$D/home; echo x > log/a.log
                stanza $D/log/a.log ' olddir ~/old' > conf; muster -f; names; ls home/old
                """, said: "\na.log.1\n"),
        Case(
            description: "the longest names that a folder takes",
            script: """
                a=$(printf 'a%.0s' $(seq 253)); b=$(printf 'b%.0s' $(seq 250)); echo x > log/$a; echo x > log/$b
                stanza "$D/log/a*" > conf; stanza "$D/log/b*" ' compress' >> conf; muster -f
                [ -e log/$a.1 ] && [ -e log/$b.1.gz ] && ls log | wc -l
                """, said: "2\n"),
        Case(
            description: "minutes and seconds of now with dateyesterday, and a zone that stays",
            script: """
                echo x > log/a.log; stanza $D/log/a.log ' dateext
                dateyesterday
                dateformat -%Y%m%d-%M%S-%z' > conf
                before=$(date +%s); muster -f; after=$(date +%s); for now in $(seq $before $after); do
                [ -e log/a.log-$(date -d @$((now - 86400)) +%Y%m%d)-$(date -d @$now +%M%S)-%z ] && echo found; done
                """, said: "found\n"),
        Case(
            description: "seconds since 1970 with dateyesterday, which are those of past noon",
            script: """
                echo x > log/a.log; stanza $D/log/a.log ' dateext
                dateyesterday
                dateformat -%s' > conf
                export TZ=UTC; muster -f; seconds=$(ls log | cut -d- -f2); now=$(date +%s)
                [ $((now - seconds)) -gt 43200 ] && [ $((now - seconds)) -lt 172800 ] && echo yesterday
                """, said: "yesterday\n"),
        Case(
            description: "the name of what a compressor compresses",
            script: """
                printf '#!/bin/sh\\necho $LOGROTATE_COMPRESSED_FILENAME > %s/said; exec gzip\\n' $D > zip; chmod 755 zip
                echo x > log/a.log; stanza $D/log/a.log " compress
                compresscmd $D/zip" > conf; muster -f; names; sed "s,$D,," said
                """, said: "a.log.1.gz \n/log/a.log.1\n"),
        Case(
            description: "a compressor that ends well and has compressed nothing",
            script: """
                printf '#!/bin/sh\\ncat > /dev/null; echo xz 5.4\\n' > xz; chmod 755 xz
                echo x > log/a.log; stanza $D/log/a.log " compress
                compresscmd $D/xz" > conf; muster -f; names; grep -c 'nothing compressed; see compressoptions' err
                """, said: "exit 1\na.log.1 \n1\n"),
        Case(
            description: "a program that nobody knows, which writes what it likes",
            script: """
                printf '#!/bin/sh\\ntr a-z A-Z\\n' > mine; chmod 755 mine; echo x > log/a.log; stanza $D/log/a.log " compress
                compresscmd $D/mine" > conf; muster -f; cat log/a.log.1.gz
                """, said: "X\n"),
        Case(
            description: "a file for -l that the run needs",
            script: """
                echo x > log/a.log; stanza $D/log/a.log ' rotate 3' > conf; muster -f
                echo y > log/a.log; cat conf st > before
                for file in conf ./conf st st.journal st.lock; do muster -l $file; grep -c 'write another file' err; done
                cat conf st | cmp - before; ln conf link; muster -d -l link; names
                muster -f -l said; [ -s said ] && echo told
                """,
            said: String(repeating: "exit 2\n1\n", count: 5) + "exit 2\na.log a.log.1 \ntold\n"),
        Case(
            description: "what scripts say",
            script: """
                echo x > log/a.log; stanza $D/log/a.log ' postrotate
                echo good; echo bad >&2
                endscript' > conf; muster -f; grep -c '^good$' out; grep -c good err; grep -c 'postrotate: bad' err
                """, said: "1\n0\n1\n"),
        Case(
            description: "a folder among the matches",
            script: "mkdir log/b.log; echo x > log/a.log; stanza \"$D/log/*.log\" > conf; muster -f; names; cat err",
            said: "a.log.1 b.log \n"),
        Case(
            description: "sharedscripts with a log that is missing, which is due again once it is there",
            script: """
                echo x > log/a.log; stanza "$D/log/a.log $D/log/b.log" ' daily
                sharedscripts' > conf; printf 'logrotate state -- version 2\\n"%s/log/a.log" 2020-1-1-0:0:0\\n' $D > st
                chmod 600 st; muster; names; echo x > log/b.log; muster; names
                """, said: "exit 1\na.log \na.log.1 b.log \n"),
        Case(
            description: "ignoreduplicates in either stanza",
            script: """
                for i in 1 2; do rm -f log/*; echo x > log/a.log; echo y > log/b.log
                a=; b=; [ $i = 1 ] && a=ignoreduplicates || b=ignoreduplicates
                stanza "$D/log/a.log" $a > conf; stanza "$D/log/*.log" $b >> conf; muster -f; names; done
                """, said: "a.log.1 b.log.1 \na.log.1 b.log.1 \n"),
        Case(
            description: "nobody who reads the report",
            script: """
                echo x > log/a.log; stanza $D/log/a.log > conf; "$M" logs rotate -fv -s st conf >&- 2> err; echo $?; names
                cat err
                """, said: "0\na.log.1 \n"),
        Case(
            description: "a terminal that hangs up",
            script: """
                echo x > log/a.log; touch kill; stanza $D/log/a.log " create
                postrotate
                if [ -e $D/kill ]; then kill -HUP \\$PPID; exec sleep 600; fi; echo ran >> $D/ran
                endscript" > conf; muster -f; names; rm kill; muster; names; cat ran
                """, said: "exit 1\na.log a.log.1 \na.log a.log.1 \nran\n"),
        Case(
            description: "a stray compressed log beside a plain one",
            script: """
                echo 1 > log/a.log.1; echo s | gzip > log/a.log.1.gz; stanza $D/log/a.log ' compress' > conf
                for i in 1 2; do echo x > log/a.log; muster -f; names; done
                """, said: "a.log.1.gz a.log.2 a.log.2.gz \na.log.1.gz a.log.2.gz \n"),
        Case(
            description: "rotated logs of two logs in one olddir, which count once",
            script: """
                mkdir log/x log/y old; echo x > log/x/a.log; echo y > log/y/a.log
                for i in 1 2 3; do head -c 20000 /dev/zero > old/a.log.$i; done
                printf '%s {\n rotate 10\n olddir %s\n maxtotalsize 100k\n}\n' "$D/log/*/a.log" $D/old > conf
                muster -f; ls old | tr '\n' ' '; echo
                """, said: "a.log.1 a.log.2 a.log.3 a.log.4 a.log.5 \n"),
        Case(
            description: "one log by two paths, in two stanzas",
            script: """
                mkdir log/x o1 o2; ln -s x log/y; seq 1000 > log/x/a.log
                for i in x:o1 y:o2; do
                    printf '%s {\n rotate 1\n copytruncate\n olddir %s\n}\n' $D/log/${i%:*}/a.log $D/${i#*:} >> conf
                done
                muster -f; cat o1/* o2/* 2> /dev/null | wc -l; grep -c 'a.log too as' err
                """, said: "exit 1\n1000\n1\n"),
        Case(
            description: "one log by two paths that one pattern matches",
            script: """
                mkdir log/x; ln -s x log/y; echo x > log/x/a.log; stanza "$D/log/*/a.log" > conf; muster -f; ls log/x
                """, said: "a.log.1\n"),
        Case(
            description: "what a stanza that is left out rotated before, under a date's name and without its log",
            script: """
                echo a > log/a.log; echo o > log/a.log-backup-20260101; echo p > log/b.log.1; echo c > log/c.log
                stanza "$D/log/a.log $D/log/b.log" ' missingok
                dateext
                dateformat -backup-%Y%m%d
                bogus yes' > conf; printf '%s {\n rotate 0\n}\n' "$D/log/*" >> conf; muster -f; names
                """, said: "exit 1\na.log a.log-backup-20260101 b.log.1 \n"),
        Case(
            description: "what a stanza that is left out has by another path",
            script: """
                mkdir log/x; ln -s x log/y; echo a > log/x/a.log; echo b > log/x/a.log.1
                stanza $D/log/y/a.log ' bogus yes' > conf; printf '%s {\n rotate 0\n}\n' "$D/log/x/*" >> conf
                muster -f; ls log/x | tr '\n' ' '; echo
                """, said: "exit 1\na.log a.log.1 \n"),
        Case(
            description: "a dry run of logs that take turns",
            script: """
                mkdir log/x log/y old; echo x > log/x/a.log; echo y > log/y/a.log
                stanza "$D/log/*/a.log" " olddir $D/old" > conf; muster -f -d; grep -c 'move once more' err
                """, said: "1\n"),
        Case(
            description: "holes, and the time of the last access",
            script: """
                truncate -s 1M log/a.log; echo x >> log/a.log; touch -a -d @1580601600 log/a.log
                stanza $D/log/a.log ' copy' > conf; muster -f; stat -c '%X %s' log/a.log.1
                [ $(du -k log/a.log.1 | cut -f1) -le 64 ] && echo hole
                """, said: "1580601600 1048578\nhole\n"),
    ]

    @Test("What users of logrotate expect", arguments: cases)
    func expected(_ one: Case) async throws {
        let said = try await said(Self.stanza + one.script)
        #expect(said == one.said)
    }
}
