namespace Signals.Storage.Scanning;

/// <summary>
/// Every constant of the text of a scan token, shared by writer and reader; described in <c>docs/formats/scan-token.md</c>. All integers
/// are little-endian. The bytes are written as text in base64url without padding.
/// </summary>
internal static class ScanTokenFormat
{
    public const byte Version = 1;
    public const int VersionOffset = 0;
    public const int OrderOffset = 1;
    public const int NameLengthOffset = 2;
    public const int UserHighOffset = 4;
    public const int UserLowOffset = 12;
    public const int TimeOffset = 20;
    public const int IdOffset = 28;
    public const int NameOffset = 36;
    public const int ChecksumLength = 4;

    /// <summary>Longer texts are refused unread.</summary>
    public const int MaxTextLength = 4096;
}
