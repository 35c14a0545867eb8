/// Names of fields as titles in words, where they are of the vocabulary.
enum FieldTitle {
    private static let words = [
        "ip": "Client addresses", "user": "Users", "method": "Request methods", "url": "Request targets",
        "path": "Paths", "normalized_path": "Paths by their pattern", "query": "Queries",
        "extension": "File extensions",
        "protocol": "Protocols", "status": "Status codes", "status_class": "Classes of status", "referrer": "Referrers",
        "agent": "User agents", "agent_family": "Browsers, bots and programs", "network": "Networks",
        "host": "Hosts", "level": "Levels", "message": "Messages", "app": "Programs", "pid": "Processes",
        "stream": "Streams", "time": "Times", "day": "Days", "hour": "Hours", "minute": "Minutes",
        "hour_of_day": "Hours of the day", "weekday": "Days of the week", "bytes": "Bytes of the answer",
        "request_time": "Times a request took", "upstream_time": "Times the server behind took",
    ]

    /// `Paths`, `Client addresses and status codes`; a name that is not known stands as it is.
    static func text(_ keys: [String]) -> String {
        var titles: [String] = []
        for (index, key) in keys.enumerated() {
            let title = words[key] ?? key
            let isWord = index > 0 && words[key] != nil
            titles.append(isWord ? title.prefix(1).lowercased() + title.dropFirst() : title)
        }
        guard titles.count > 1 else { return titles.first ?? "" }
        return titles.dropLast().joined(separator: ", ") + " and " + titles[titles.count - 1]
    }
}
