/// Certificates whose signatures are RSASSA-PSS, made by OpenSSL: valid from 2020 to 2100, the leaves for
/// `web.lab.example`.
enum PSSCertificates {
    /// Signs itself with a salt of 32 octets over SHA-256.
    static let root = pem(
        """
        MIIDHjCCAdKgAwIBAgIBATBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUA
        oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASAwEzERMA8GA1UEAwwI
        cHNzIHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMBMxETAP
        BgNVBAMMCHBzcyByb290MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA
        wGwwN3A9QVPKDAzTjl0JT9dOxiZgE3ZHcWZyLZx4CqHX1qNUMZxm+zYb8QtTZeLY
        uswh9W2L4f+q3r+/pzL8kxDlAYbB/FHQ9gTvl4hz1K42j7hneCclmi/DuKIxrlil
        hCZuoc1sy2gcFFSM/Coz3YBb1LmTGb3RN6g3KGYMmhyYRz+kWwKihsfAixsx2A0K
        CjtY8K6YUuag4sIjEtutJBkdKahzZYpzNj08UD0c9lxL/RO9G0YeAgdaai2YsyRJ
        QDEBqp0ik0q/uM8sXWt5I2vw9/GvfP3zRGaGc9GD7NL5WuIW5qpMa5V6rRQnyyi2
        ewuNocc1jSTRLkogmQjFMQIDAQABoxMwETAPBgNVHRMBAf8EBTADAQH/MEEGCSqG
        SIb3DQEBCjA0oA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG9w0BAQgwDQYJYIZI
        AWUDBAIBBQCiAwIBIAOCAQEAf18Be6TB7E6qo0cmeKaasvco+iJ1xxIgqJYVoeyV
        XY1g0oWzZQ3OLfd93Ead7GIjS7sLsyfruPn/nOamCoeU67rRi1TBp2B56zhKZZ22
        HeI1lK4Gvt8N7Qi6IOulSkhFn/0Mdde5mwKjt2rEWKJ2PMwl3IUflPX0fxYDsXHd
        ybkwm5uxC4YATZJVU+oN26ymMv6S8cU1Hj8sFivK6x+PFMuot6mFdrJjGff2Jmp+
        SyIxSm5zGxgMYVJscZWolxlvU/xnrq+jMocxfd8gj1AepIPYrM+I7jdQCLrsbtGk
        JVb3P2ulymPIONWk2VfjF2J96muug9rFCaTj63WcJfvRpw==
        """)

    /// Leaves by the salt of their signature in octets, and its digest.
    static let leaves: [(salt: Int, digest: String, pem: String)] = [
        (
            32, "SHA-256",
            pem(
                """
                MIICaDCCARygAwIBAgIBAjBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUA
                oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASAwEzERMA8GA1UEAwwI
                cHNzIHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMA8xDTAL
                BgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASeiDEQ9REpcCPC
                9Gp6BphnhMsA0iCcyVC7mFfKyW0WoaUmCp8wk0aMq202rbG6XLjUPZzLHItenM4z
                gLFrhIMyoywwKjAMBgNVHRMBAf8EAjAAMBoGA1UdEQQTMBGCD3dlYi5sYWIuZXhh
                bXBsZTBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZIhvcN
                AQEIMA0GCWCGSAFlAwQCAQUAogMCASADggEBACV06Zda4u8KGJGi9fRThhwrdm/v
                TSmI0Gpnedx9GLRhRET7XGwtx8J/aJmixYk/tcBsYotzGDILeZ3s7IYLxAVyUfDU
                AVpG+gi3m0QMwuBurxZIruY+TfSGJA7E4HVS5k+WOx+KktPdeYn0VdW/ewTrzfgp
                HWKNqdkNX/NBvKwPGfnO9uCw2C4kfZPj+0xj/7vpkX1/EOUzwttZA88tOLKkom/t
                4I+PFqlJZK9g9kUwSRRDe+B1IXu+leut+p6gbat1DhN+1sJHMzYq4EHmRzLV1dRe
                5DIuLQtq9DfdFVXV3sTPgY0Qt0fpvjPfPGTrZLB6yJpcHbxPHRAbM/kJ9NA=
                """)
        ),
        (
            222, "SHA-256",
            pem(
                """
                MIICajCCAR2gAwIBAgIBAzBCBgkqhkiG9w0BAQowNaAPMA0GCWCGSAFlAwQCAQUA
                oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogQCAgDeMBMxETAPBgNVBAMM
                CHBzcyByb290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAPMQ0w
                CwYDVQQDDARsZWFmMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnogxEPURKXAj
                wvRqegaYZ4TLANIgnMlQu5hXysltFqGlJgqfMJNGjKttNq2xuly41D2cyxyLXpzO
                M4Cxa4SDMqMsMCowDAYDVR0TAQH/BAIwADAaBgNVHREEEzARgg93ZWIubGFiLmV4
                YW1wbGUwQgYJKoZIhvcNAQEKMDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3
                DQEBCDANBglghkgBZQMEAgEFAKIEAgIA3gOCAQEAaz2bPhoFIBvsiWpoaNagMw+V
                q9fEEbHKKwDUcezZu113MFlstY4j394OH44cP1CzcV2cKII1lmUd3PCpOP3uJM2w
                Tdn2SW/eK8CadilIF4fe+8txdI2X038hesqWeijTEpJI53xJquBa1aRmmmZ/Acx2
                rkN5RFJXjFvHg2EAaTxCkrx7rAFAIw74koFP1+lwWVCU+lGKydhAHQAiWGjVtHfk
                HbGM5/3kNR+LYBCYotU5xVJV/MpWPBnlGm5RvUfwmCxJ5x6FmAkQ7kEkNCiaAPQb
                IA5KZx/oygAAJPgk7N3pw5ApHY1mkXI8EPmhLUJ61sOdfKqiIGZi3NGk7H3TbA==
                """)
        ),
        (
            20, "SHA-256",
            pem(
                """
                MIICXjCCARegAwIBAgIBBDA8BgkqhkiG9w0BAQowL6APMA0GCWCGSAFlAwQCAQUA
                oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAMBMxETAPBgNVBAMMCHBzcyBy
                b290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAPMQ0wCwYDVQQD
                DARsZWFmMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnogxEPURKXAjwvRqegaY
                Z4TLANIgnMlQu5hXysltFqGlJgqfMJNGjKttNq2xuly41D2cyxyLXpzOM4Cxa4SD
                MqMsMCowDAYDVR0TAQH/BAIwADAaBgNVHREEEzARgg93ZWIubGFiLmV4YW1wbGUw
                PAYJKoZIhvcNAQEKMC+gDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDAN
                BglghkgBZQMEAgEFAAOCAQEAHWD85J7YheH6PORlG207CH8s8Mq11wIQBiHEY1Ud
                kihJ+t0zh0nOlCpWzXvBs9Ygx9/73rha2DfeXxf9E4mJKYPggpXH+c98Kujihaiz
                HkiL8TYzS630zcBlnVxapIUrPvv+rueN6HXFNOA0ebZM9KyeEo62qKznzi9vsQwP
                7YKSOLYY2DasYvynD739o90o4NiHFNbbGEadGtFE3cDExXXBe4kHefq1jhyOzbq2
                gBItWO9KEuqMaaCVO0rvW70ACj4rUmJXJQFSMGgWFWKKlwV17tn/eTY5GFVLh1qa
                lJyd+yz/dYkwnVis3WO598a12obpgnW2UTEtT0qUAej+yA==
                """)
        ),
        (
            64, "SHA-512",
            pem(
                """
                MIICaDCCARygAwIBAgIBBTBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAwUA
                oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAwUAogMCAUAwEzERMA8GA1UEAwwI
                cHNzIHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMA8xDTAL
                BgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASeiDEQ9REpcCPC
                9Gp6BphnhMsA0iCcyVC7mFfKyW0WoaUmCp8wk0aMq202rbG6XLjUPZzLHItenM4z
                gLFrhIMyoywwKjAMBgNVHRMBAf8EAjAAMBoGA1UdEQQTMBGCD3dlYi5sYWIuZXhh
                bXBsZTBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAwUAoRwwGgYJKoZIhvcN
                AQEIMA0GCWCGSAFlAwQCAwUAogMCAUADggEBAFaRE/Cljki7jTNaH2wUSpRfGxQf
                dEcs4aHMwNITeYeT1/22XosVLJYhiOKnGu+YGnhO+R3N9LA6jdXBL9wvEd4/RYHU
                C7k92ejsDWUQS25HGpxG7WKjlxwzja9JulIlxOZ0PT0xzpKqNEwdYKwa0lCjCAAz
                IZ6WrNaqyGaV/nP11XV3mYdJjPmlKkAlFqTmkSTMnJ3kssCykAVB1ZuQ+dvfATnn
                cBD4a722v1iqurp2WsW+KnTPQX+NROxYVANzlItr+54jH537AVyY2fpMaNXlLV/m
                wgcbOVEKXaXP9hwNI5btWCsiK/O9EgoEupgtcohC1ZCudrkN4iDzMZh4iA4=
                """)
        ),
        (
            0, "SHA-384",
            pem(
                """
                MIICaDCCARygAwIBAgIBBjBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAgUA
                oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAgUAogMCAQAwEzERMA8GA1UEAwwI
                cHNzIHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMA8xDTAL
                BgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASeiDEQ9REpcCPC
                9Gp6BphnhMsA0iCcyVC7mFfKyW0WoaUmCp8wk0aMq202rbG6XLjUPZzLHItenM4z
                gLFrhIMyoywwKjAMBgNVHRMBAf8EAjAAMBoGA1UdEQQTMBGCD3dlYi5sYWIuZXhh
                bXBsZTBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAgUAoRwwGgYJKoZIhvcN
                AQEIMA0GCWCGSAFlAwQCAgUAogMCAQADggEBAHuKxQCy7hV/QJUZfwGJjQQtsLjZ
                pAZV13JkR9X7tNJQmz9s3nZ2qOnEy/qC2f6Zr/zRa6mDbMIjQwADdsKAzqlCSTH6
                HAcA6P7M6Emd0m/rwosb/rh4+Fb1boMWd7U2qM7JEGuynYres2V8X+HZOKwa/0LQ
                SHfzQG9hB0fRZNPVsl4aw3y3vRQxYSoiJatS2ctFull/wD4nk4StlCHb/njlLb3o
                qIRvEQGTslDdyo9teKWM45O/VVaMMniENyxkOW/r8pV15eqw/llhIqVeJG5pkZ1/
                jr0ii6zT7pO3jtpS8xlfS/s7HnjYE95D1OVQ/HsDEMcDDwBG5ws5aKLcdoM=
                """)
        ),
    ]

    /// A root whose key is for RSASSA-PSS alone, and a leaf that it signed; valid from December 2026 for ten years.
    static let restricted = (
        root: pem(
            """
            MIIDbTCCAiCgAwIBAgIUUynly5hBRI0ot61vE/V+K90nm5QwQgYJKoZIhvcNAQEK
            MDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEF
            AKIEAgIA3jASMRAwDgYDVQQDDAdwc3Nyb290MB4XDTI2MTEzMDA4MjAwNFoXDTM2
            MTEyNzA4MjAwNFowEjEQMA4GA1UEAwwHcHNzcm9vdDCCASAwCwYJKoZIhvcNAQEK
            A4IBDwAwggEKAoIBAQC3HrK0gbZ0QdgpvogArLqFzNsf2j77j5OXYu5djsxBpi5b
            eBLguwYQhAYkHJmBkofJziYTwmQQvueoWkjbG+UgcyQiKRrxsdpM3UiSvnEz0i/i
            CSYN4zV60Xr/IGe/CxlTZAvo8mGFc0NocSOewfujGiQWJ1/MGznWbh+PDCISmARk
            JIiT1U3LpbNXyTMsWj/tXZ1NhFESWCFPNyG9kzFRNFJAIyT0ItL8ALRRqa07E7oh
            ybvNfYCVEFClIueI7dZcpI7I/SwImbiapMzgOOAb/qm6Dzd+PKspm1O5/LqOpwe6
            NLVt/AurjoYc2y8wk98pLVNwcD0O+vo4vB1ou47zAgMBAAGjUzBRMB0GA1UdDgQW
            BBTJ1Cik5j5t04u6SCKgi3dqZ5QiHTAfBgNVHSMEGDAWgBTJ1Cik5j5t04u6SCKg
            i3dqZ5QiHTAPBgNVHRMBAf8EBTADAQH/MEIGCSqGSIb3DQEBCjA1oA8wDQYJYIZI
            AWUDBAIBBQChHDAaBgkqhkiG9w0BAQgwDQYJYIZIAWUDBAIBBQCiBAICAN4DggEB
            AKuM/39Pe2QwVS/CVfBPobJwv3a6fQ0/tpcwtLP5tT6nW6HiaWaBMJuTIbgvzjRT
            xC0vy9X9pZGz4Wianyzbp4cBAZFubtK6u/Kj9/H87ewiA7BVdh0+iET2UARQHcxY
            xluRtgcts7yzvKcZKuTyEHVLvhi7m+1wZK/b00F/qztViqSH4ddIB+ZNf+Kr3FUz
            4peYWk83wHdBdsr036scb8NBrPe3j9hAOF1BQ3LDA6WD90aKP/7xCqrZ7M8SscMY
            vud7C9tFB0q5FS3JNo+1NHB2/ciSlgnaMIKyMQcvIDo2heFphLXavu/Ko0f6WVRH
            mLAFWCiUqpoR+aAq0AlyNgI=
            """),
        leaf: pem(
            """
            MIIClDCCAUigAwIBAgIBBzBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUA
            oRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASAwEjEQMA4GA1UEAwwH
            cHNzcm9vdDAeFw0yNjExMzAwODIwMDRaFw0zNjExMjcwODIwMDRaMAwxCjAIBgNV
            BAMMAWwwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQd/nLDGn0FF3WRewOQqU6E
            DM/0ljUbMluqcaFKd9SjpGvhduj91dkdiAZt/ShrDL0pvTv60mQykVf4yu9M/zgr
            o14wXDAaBgNVHREEEzARgg93ZWIubGFiLmV4YW1wbGUwHQYDVR0OBBYEFErIC58X
            Rj8LDcLygi+AKlpi7uRhMB8GA1UdIwQYMBaAFMnUKKTmPm3Ti7pIIqCLd2pnlCId
            MEEGCSqGSIb3DQEBCjA0oA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG9w0BAQgw
            DQYJYIZIAWUDBAIBBQCiAwIBIAOCAQEAE4aM2HvLTHD+h+GVtC0FLbkyTpUkx8b0
            pgnwO44YCReZJbzQl3TE5L189bdikd6Dt84gl8HysrZ1+mYNPr2ssInqUpo+zuFZ
            YtXNtnANeT7Jm33YR1MpDEoaNNHJQXZAPSpOXxtckcJLUmfpwhwuDKR5Qkxv/esr
            4rL8GbEgsOXFrIjox9C6zv5nnkPYuIOGBgleQszO1wv+Xa/ZPly04CX9H1fvJW8b
            aSmTPTGdZXZYH8lIQ4b/YJMNaa6hgKvUc7/KGwpkWTzhrlq57UCLk+Q5sTwt2kzw
            OVxOyglzXOhuaVs1l7tNB21MYVK+RMQpyZ4Z0k0FH3yLu/87jIQh0A==
            """)
    )

    private static func pem(_ base64: String) -> String {
        "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
    }
}
