namespace Signals.Kafka.Json;

/// <summary>The keys of an event. <see cref="User"/> and <see cref="UserId"/> are two forms of the same.</summary>
internal enum JsonKey
{
    Other = 0,
    User = 1,
    UserId = 2,
    Type = 3,
    Time = 4,
    Id = 5,
    Fields = 6,
}
