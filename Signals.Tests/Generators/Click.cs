namespace Signals.Tests.Generators;

/// <summary>A small event whose time is a number of milliseconds.</summary>
[Event("click", WindowHours = 24)]
internal partial struct Click
{
    public UserId Member { get; set; }

    public long TimeMs { get; set; }

    public ulong Id { get; set; }

    public long Item { get; set; }

    public float? Seconds { get; set; }
}
