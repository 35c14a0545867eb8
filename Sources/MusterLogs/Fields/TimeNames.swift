/// Names under which JSON and logfmt lines have their time.
enum TimeNames {
    /// The best first: of those that a line has, the first whose value is a plausible time counts. What is inside of an
    /// object comes before the object.
    static let all = [
        "ts", "time.timestamp", "time", "@timestamp", "timestamp.seconds", "timestamp", "date.$date", "date", "msec",
        "time_local", "time_iso8601", "StartUTC", "eventTime", "t.$date", "t",
        // Programming languages' and frameworks' own.
        "datetime", "@t", "Timestamp", "asctime", "instant.epochSecond", "timeMillis", "record.time.timestamp",
        "created_at", "createdAt", "logged_at", "log_time", "logtime", "dateTime", "DateTime", "date_time", "Time",
        "Date", "timestamp_ms", "timestampMs", "time_ms", "unixtime", "epoch",
        // Services and collectors.
        "event_time", "eventTimestamp", "event_timestamp", "EventTime", "event.created", "event.timestamp",
        "EdgeStartTimestamp", "__REALTIME_TIMESTAMP", "timeUnixNano", "observedTimeUnixNano",
        "resourceLogs.0.scopeLogs.0.logRecords.0.timeUnixNano", "timestampSeconds", "receiveTimestamp",
        "requestReceivedTimestamp", "TimeGenerated", "TimeCreated", "start_time", "StartTime", "startTime",
        "syslog_timestamp",
    ]
}
