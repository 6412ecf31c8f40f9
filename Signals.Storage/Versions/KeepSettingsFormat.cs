using MessagePack;

namespace Signals.Storage.Versions;

/// <summary>
/// The encoding of <see cref="KeepSettings"/> in a version edit (<c>docs/formats/manifest.md</c>, tag 14). Thread contract: pure
/// functions; any thread. Bytes from a disk are not trusted: values that no opening can have stated throw
/// <see cref="InvalidDataException"/>.
/// </summary>
internal static class KeepSettingsFormat
{
    private const int Fields = 2;
    private const int VersionFields = 3;
    private const long LongestMs = 3650L * 24 * 3600 * 1000;
    private const long LongestGranularityMs = 3600 * 1000;
    private const long LeastBytes = 1 << 20;
    private const long ShortestAgeMs = 1000;
    private const long ShortestGranularityMs = 10;

    public static void Write(ref MessagePackWriter writer, KeepSettings keep)
    {
        writer.WriteArrayHeader(Fields);
        if (keep.OrphanGraceMs is long grace)
        {
            writer.Write(grace);
        }
        else
        {
            writer.WriteNil();
        }

        if (keep.Versions is not { } limits)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(limits == VersionLimits.None ? 0 : VersionFields);
        if (limits != VersionLimits.None)
        {
            writer.Write(limits.AgeMs);
            writer.Write(limits.MaxBytes);
            writer.Write(limits.GranularityMs);
        }
    }

    public static KeepSettings Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        Require(fields == Fields, $"it has {fields} fields, expected {Fields}");
        long? grace = reader.TryReadNil() ? null : reader.ReadInt64();
        Require(grace is null or (>= 0 and <= LongestMs), $"the orphan grace is {grace} ms, expected 0 to {LongestMs}");
        return new KeepSettings(grace, reader.TryReadNil() ? null : ReadLimits(ref reader));
    }

    private static VersionLimits ReadLimits(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields == 0)
        {
            return VersionLimits.None;
        }

        Require(fields == VersionFields, $"the limits of kept versions have {fields} fields, expected {VersionFields}");
        VersionLimits limits = new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        Require(
            limits.AgeMs is >= ShortestAgeMs and <= LongestMs,
            $"versions are kept for {limits.AgeMs} ms, expected {ShortestAgeMs} to {LongestMs}");
        Require(limits.MaxBytes >= LeastBytes, $"versions may take {limits.MaxBytes} bytes, expected at least {LeastBytes}");
        Require(
            limits.GranularityMs is >= ShortestGranularityMs and <= LongestGranularityMs,
            $"the granularity is {limits.GranularityMs} ms, expected {ShortestGranularityMs} to {LongestGranularityMs}");
        return limits;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"The settings of what the store keeps, in a version edit, are not valid: {otherwise}.");
        }
    }
}
