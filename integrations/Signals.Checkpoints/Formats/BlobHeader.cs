using System.Buffers.Binary;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// The first bytes of every blob: they tell what it is, and prove before a deletion that it is ours. Thread contract: pure functions;
/// any thread.
/// </summary>
internal static class BlobHeader
{
    public static void Write(Span<byte> blob, ulong magic, uint version = CheckpointFormat.Version)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(blob, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[CheckpointFormat.VersionOffset..], version);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[CheckpointFormat.ZeroOffset..], 0);
    }

    /// <returns>The format version, 1 to <paramref name="newest"/>.</returns>
    /// <exception cref="InvalidDataException">It is another blob, or a newer version wrote it.</exception>
    public static uint Require(ReadOnlySpan<byte> blob, ulong magic, uint newest = CheckpointFormat.Version)
    {
        if (!IsOurs(blob, magic))
        {
            throw new InvalidDataException("the blob does not begin as this kind of blob does.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(blob[CheckpointFormat.VersionOffset..]);
        if (version == 0 || version > newest || BinaryPrimitives.ReadUInt32LittleEndian(blob[CheckpointFormat.ZeroOffset..]) != 0)
        {
            throw new InvalidDataException(
                $"the blob has format version {version}, and this library reads version {newest}; use a newer library.");
        }

        return version;
    }

    public static bool IsOurs(ReadOnlySpan<byte> blob, ulong magic) =>
        blob.Length >= CheckpointFormat.HeaderBytes && BinaryPrimitives.ReadUInt64LittleEndian(blob) == magic;
}
