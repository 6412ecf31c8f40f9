using System.Buffers.Binary;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// The first bytes of every blob: they tell what it is, and prove before a deletion that it is ours. Thread contract: pure functions;
/// any thread.
/// </summary>
internal static class BlobHeader
{
    public static void Write(Span<byte> blob, ulong magic)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(blob, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[CheckpointFormat.VersionOffset..], CheckpointFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[CheckpointFormat.ZeroOffset..], 0);
    }

    /// <exception cref="InvalidDataException">It is another blob, or a newer version wrote it.</exception>
    public static void Require(ReadOnlySpan<byte> blob, ulong magic)
    {
        if (!IsOurs(blob, magic))
        {
            throw new InvalidDataException("the blob does not begin as this kind of blob does.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(blob[CheckpointFormat.VersionOffset..]);
        if (version != CheckpointFormat.Version || BinaryPrimitives.ReadUInt32LittleEndian(blob[CheckpointFormat.ZeroOffset..]) != 0)
        {
            throw new InvalidDataException(
                $"the blob has format version {version}, and this library reads version {CheckpointFormat.Version}; use a newer library.");
        }
    }

    public static bool IsOurs(ReadOnlySpan<byte> blob, ulong magic) =>
        blob.Length >= CheckpointFormat.HeaderBytes && BinaryPrimitives.ReadUInt64LittleEndian(blob) == magic;
}
