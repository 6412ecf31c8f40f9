namespace Signals.Kafka.Records;

/// <summary>A key or a value in a <see cref="RecordArena"/>. <paramref name="Length"/> is -1 for none.</summary>
internal readonly record struct RecordBytes(int Start, int Length)
{
    public bool IsNull => Length < 0;
}
