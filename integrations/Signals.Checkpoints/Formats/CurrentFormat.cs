using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// The encoding of <c>CURRENT</c>: which manifest is the newest checkpoint (<c>docs/formats/checkpoint.md</c>). Thread contract:
/// pure functions; any thread.
/// </summary>
internal static class CurrentFormat
{
    private const int ChecksumBytes = CheckpointFormat.CurrentBytes - CheckpointFormat.CurrentChecksumOffset;

    /// <param name="manifest">The hash of the manifest.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="fence">Tells contents apart that name the same manifest.</param>
    public static byte[] Write(ContentHash manifest, int length, uint fence = 0)
    {
        byte[] bytes = new byte[CheckpointFormat.CurrentBytes];
        BlobHeader.Write(bytes, CheckpointFormat.CurrentMagic);
        manifest.ToBytes().CopyTo(bytes, CheckpointFormat.CurrentHashOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(CheckpointFormat.CurrentLengthOffset), length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckpointFormat.CurrentFenceOffset), fence);
        Checksum(bytes).CopyTo(bytes.AsSpan(CheckpointFormat.CurrentChecksumOffset));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Write"/> gives.</exception>
    public static (ContentHash Manifest, int Length, uint Fence) Read(ReadOnlySpan<byte> bytes)
    {
        BlobHeader.Require(bytes, CheckpointFormat.CurrentMagic);
        if (bytes.Length != CheckpointFormat.CurrentBytes
            || !bytes[CheckpointFormat.CurrentChecksumOffset..].SequenceEqual(Checksum(bytes)))
        {
            throw new InvalidDataException($"it has {bytes.Length} bytes, or its checksum is wrong.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[CheckpointFormat.CurrentLengthOffset..]);
        return length is > CheckpointFormat.HeaderBytes and <= CheckpointFormat.MaxManifestBytes
            ? (new ContentHash(bytes[CheckpointFormat.CurrentHashOffset..]), length,
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckpointFormat.CurrentFenceOffset..]))
            : throw new InvalidDataException(
                $"it states a manifest of {length} bytes; at most {CheckpointFormat.MaxManifestBytes} are read.");
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> bytes) =>
        SHA256.HashData(bytes[..CheckpointFormat.CurrentChecksumOffset]).AsSpan(..ChecksumBytes);
}
