using Signals.Arrow;
using Signals.Checkpoints;
using Signals.Hosting;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Parquet;
using Signals.Testing;

namespace Signals.Tests.Docs;

/// <summary>docs/api.md: what you catch has one base.</summary>
[Category("Fast")]
internal sealed class ExceptionTypesTests
{
    [Test]
    public void Exceptions_OfAllPackages_DeriveFromSignalsException()
    {
        Type[] own = [.. new[]
            {
                typeof(SignalsException), typeof(SignalStore), typeof(SignalsOptions), typeof(CheckpointUploader), typeof(KafkaPartition),
                typeof(TestBroker), typeof(IClusterStore), typeof(ParquetExporter), typeof(ArrowEvents),
            }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.IsAssignableTo(typeof(Exception)))];
        Assert.That(own, Has.Length.GreaterThan(10));
        Assert.That(own.Where(type => !type.IsAssignableTo(typeof(SignalsException))), Is.Empty);
    }
}
