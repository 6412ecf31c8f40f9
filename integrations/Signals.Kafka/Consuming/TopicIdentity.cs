using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Signals.Kafka.Consuming;

/// <summary>
/// Finds out which topic of a name it is: by the topic's id, or by the cluster's id in clusters without topic ids. Thread contract: any
/// thread.
/// </summary>
internal static class TopicIdentity
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="KafkaException">The cluster did not answer, or it has no such topic.</exception>
    public static SourceIncarnation Ask(Handle handle, string topic)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(handle).Build();
        DescribeTopicsResult topics = admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Timeout }).GetAwaiter().GetResult();
        TopicDescription description = topics.TopicDescriptions[0];
        if (description.Error.IsError)
        {
            throw new KafkaException(description.Error);
        }

        if (description.TopicId is { } id && (id.MostSignificantBits | id.LeastSignificantBits) != 0)
        {
            return SourceIncarnation.From($"topic {id}");
        }

        DescribeClusterResult cluster = admin.DescribeClusterAsync(
            new DescribeClusterOptions { RequestTimeout = Timeout }).GetAwaiter().GetResult();
        return SourceIncarnation.From($"cluster {cluster.ClusterId} topic {topic}");
    }
}
