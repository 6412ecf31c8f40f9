namespace Signals.Checkpoints.Formats;

/// <summary>
/// Every constant of the blobs of a checkpoint, shared by readers and writers. Described in
/// <c>docs/formats/checkpoint.md</c>. All integers are little-endian.
/// </summary>
internal static class CheckpointFormat
{
    /// <summary>"SIGNPRT1" as the first eight bytes of a part.</summary>
    public const ulong PartMagic = 0x31545250_4E474953;

    /// <summary>"SIGNCKP1" as the first eight bytes of a manifest.</summary>
    public const ulong ManifestMagic = 0x31504B43_4E474953;

    /// <summary>"SIGNCUR1" as the first eight bytes of CURRENT.</summary>
    public const ulong CurrentMagic = 0x31525543_4E474953;

    /// <summary>The version of every blob but some manifests.</summary>
    public const uint Version = 1;

    /// <summary>The version of a manifest that follows an erasure, and the newest that this code reads.</summary>
    public const uint ManifestVersionWithErasure = 2;

    /// <summary>Every blob begins with so many bytes: magic, version, zero.</summary>
    public const int HeaderBytes = 16;

    public const int VersionOffset = 8;
    public const int ZeroOffset = 12;

    /// <summary>Bytes of a SHA-256.</summary>
    public const int HashBytes = 32;

    /// <summary>CURRENT: header, hash of the manifest, its length, the fence, the first bytes of the SHA-256 of all before.</summary>
    public const int CurrentBytes = 64;

    public const int CurrentHashOffset = HeaderBytes;
    public const int CurrentLengthOffset = CurrentHashOffset + HashBytes;
    public const int CurrentFenceOffset = CurrentLengthOffset + sizeof(int);
    public const int CurrentChecksumOffset = CurrentFenceOffset + sizeof(uint);

    /// <summary>The greatest content of a part. A reader needs so much memory for each part that it fetches at once.</summary>
    public const int MaxPartBytes = 64 << 20;

    /// <summary>The greatest manifest, which a reader holds in memory.</summary>
    public const int MaxManifestBytes = 64 << 20;

    /// <summary>The greatest number of zeros that may follow the parts of a file.</summary>
    public const long MaxZeroTail = 1L << 40;

    /// <summary>The greatest length of all files together.</summary>
    public const long MaxTotalBytes = 1L << 56;

    /// <summary>The greatest name of a source, in bytes of UTF-8.</summary>
    public const int MaxSourceNameBytes = 256;
}
