using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// Random histories of schema changes, appends, corrections, flushes, compactions, restarts and crashes, compared with a model that knows
/// columns as things of their own, whatever they are called.
/// </summary>
internal sealed class SchemaHistoryTests
{
    private const int Histories = 20;
    private const int Steps = 50;

    [Test]
    public void History_OfSchemaChangesAndWrites_KeepsTheValuesOfEveryColumn()
    {
        for (ulong seed = 1; seed <= Histories; seed++)
        {
            using History history = new(seed);
            for (int step = 0; step < Steps; step++)
            {
                history.Step();
            }

            history.AssertEqual("at the end");
        }
    }

    private sealed class History : IDisposable
    {
        private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
        private readonly ManualTime _time = new(TestStores.Start + 3_600_000);
        private readonly List<HistoryColumn> _columns = [];
        private readonly List<HistoryColumn> _dropped = [];
        private readonly List<string> _log = [];
        private readonly long _graceMs;
        private readonly EngineOptions _options;
        private readonly ulong _seed;
        private SimRandom _random;
        private SignalStore _store;
        private int _events;
        private int _names;
        private int _generation;

        public History(ulong seed)
        {
            _seed = seed;
            _random = new SimRandom(seed);
            _graceMs = seed % 2 == 0 ? 24 * 3_600_000 : 0;
            _options = TestStores.Tiny with
            {
                HeadCacheBytes = TestStores.HeadCacheBytes(seed),
                RetentionGrace = TimeSpan.FromMilliseconds(_graceMs),
            };
            AddColumn();
            AddColumn();
            _store = TestStores.Open(_files, Declare(), _time, _options);
        }

        public void Step()
        {
            switch (_random.Below(12))
            {
                case < 5:
                    Append();
                    break;
                case 5:
                    Correct();
                    break;
                case 6:
                    _log.Add("flush");
                    Run(_store.FlushAsync());
                    break;
                case 7:
                    _log.Add("compact");
                    Run(_store.CompactAsync());
                    break;
                case 8:
                    AssertEqual("in between");
                    break;
                default:
                    Reopen();
                    break;
            }
        }

        public void AssertEqual(string when)
        {
            foreach (string name in _dropped.SelectMany(column => column.Names).Except(_columns.SelectMany(column => column.Names)))
            {
                Assert.That(_store.Schema["e"].IndexOf(name), Is.EqualTo(-1), $"{Place(when)}: '{name}' was dropped");
            }

            for (int user = 0; user < 3; user++)
            {
                foreach (HistoryColumn column in _columns)
                {
                    string name = column.AnyName(_random);
                    using Sequence found = _store.Read(UserOf(user), _store.Query("e").Columns(name).Build());
                    int[] events = [.. Enumerable.Range(0, _events).Where(e => e % 3 == user).Reverse()];
                    Assert.That(found.Ids.ToArray(), Is.EqualTo(events.Select(e => (ulong)e)), Place(when));
                    Assert.That(
                        Enumerable.Range(0, events.Length).Select(row => Read(found, column, name, row)),
                        Is.EqualTo(events.Select(e => column.Values.TryGetValue(e, out double value) ? value : (double?)null)),
                        $"{Place(when)}: user {user}, column '{name}', now '{column.Name}'");
                }
            }
        }

        public void Dispose() => _store.Dispose();

        private static double? Read(Sequence found, HistoryColumn column, string name, int row) =>
            found.States(name)[row] == ColumnState.Absent ? null
            : column.Kind == 1 ? long.Parse(found.Text(name, row)!, System.Globalization.CultureInfo.InvariantCulture)
            : column.Type(column.At) switch
            {
                ColumnKind.Int8 => found.Field<sbyte>(name)[row],
                ColumnKind.UInt8 => found.Field<byte>(name)[row],
                ColumnKind.Int16 => found.Field<short>(name)[row],
                ColumnKind.UInt16 => found.Field<ushort>(name)[row],
                ColumnKind.Int32 => found.Field<int>(name)[row],
                ColumnKind.UInt32 => found.Field<uint>(name)[row],
                ColumnKind.Int64 => found.Field<long>(name)[row],
                ColumnKind.Float16 => (double)found.Field<Half>(name)[row],
                ColumnKind.Float32 => found.Field<float>(name)[row],
                _ => found.Field<double>(name)[row],
            };

        private static UserId UserOf(int number) => UserId.From((ulong)number + 1);

        private string Place(string when) => $"seed {_seed}, {when}, after {string.Join("; ", _log)}";

        // The names of a column that is gone for good are free.
        private void AddColumn()
        {
            string[] free = [.. GoneNames().Except(_columns.Concat(_dropped.Where(c => !c.IsGone)).SelectMany(c => c.Names)).Order()];
            string name = free.Length > 0 && _random.Coin() ? free[_random.Below(free.Length)] : $"c{_names++}";
            _columns.Add(new HistoryColumn(name, _random.Below(3), HistoryColumn.Chains[_random.Below(HistoryColumn.Chains.Length)]));
        }

        private IEnumerable<string> GoneNames() => _dropped.Where(column => column.IsGone).SelectMany(column => column.Names);

        private void Append()
        {
            int count = 1 + _random.Below(20);
            _log.Add($"append {count}");
            EventBatch batch = _store.CreateBatch("e");
            for (int i = 0; i < count; i++)
            {
                int number = _events++;
                EventRow row = batch.Add(UserOf(number % 3), TestStores.Start + number, (ulong)number);
                foreach (HistoryColumn column in _columns.Where(column => column.Kind != 2 && _random.Below(3) > 0))
                {
                    Set(row, column, number);
                }
            }

            _store.Append(batch);
            _store.Engine.RunPending();
        }

        private void Set(EventRow row, HistoryColumn column, int number) =>
            Set(row, column, column.AnyName(_random), number, column.Type(column.At));

        // Often a value that no narrower type holds.
        private void Set(EventRow row, HistoryColumn column, string name, int number, ColumnKind kind)
        {
            ulong next = _random.Next() >> _random.Below(64);
            double value = column.Kind == 1 ? next % 1000 : kind switch
            {
                ColumnKind.Int8 => (sbyte)next,
                ColumnKind.UInt8 => (byte)next,
                ColumnKind.Int16 => (short)next,
                ColumnKind.UInt16 => (ushort)next,
                ColumnKind.Int32 => (int)next,
                ColumnKind.UInt32 => (uint)next,
                ColumnKind.Int64 => next >> 11,
                ColumnKind.Float16 => (double)(Half)(next % 60_000),
                ColumnKind.Float32 => next / 3f,
                _ => next / 3.0,
            };
            _ = column.Kind == 1 ? row.Set(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture)) : kind switch
            {
                ColumnKind.Int8 => row.Set(name, (sbyte)value),
                ColumnKind.UInt8 => row.Set(name, (byte)value),
                ColumnKind.Int16 => row.Set(name, (short)value),
                ColumnKind.UInt16 => row.Set(name, (ushort)value),
                ColumnKind.Int32 => row.Set(name, (int)value),
                ColumnKind.UInt32 => row.Set(name, (uint)value),
                ColumnKind.Int64 => row.Set(name, (long)value),
                ColumnKind.Float16 => row.Set(name, (Half)value),
                ColumnKind.Float32 => row.Set(name, (float)value),
                _ => row.Set(name, value),
            };
            column.Values[number] = value;
        }

        private void Correct()
        {
            if (_events == 0)
            {
                return;
            }

            HistoryColumn column = _columns[_random.Below(_columns.Count)];
            int number = _random.Below(_events);
            string name = column.AnyName(_random);
            _log.Add($"correct {number} in '{name}'");
            int at = column.HadNarrower ? _random.Below(column.At + 1) : column.At;
            at = Math.Max(at, column.FirstStored);
            StoreSchema written = StoreSchema.Define(s => s.EventType("e", t => Declare(t, column, name, at)));
            SegmentOptions options = new() { Generation = ++_generation };
            using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, written["e"], options))
            {
                EventRow row = writer.Correct(UserOf(number % 3), TestStores.Start + number, (ulong)number);
                Set(row, column, name, number, column.Type(at));
                writer.Finish();
            }

            Run(_store.ImportAsync(ImportStore.Segment));
            _files.Delete(ImportStore.Segment);
        }

        private void Reopen()
        {
            bool abandon = _random.Coin();
            _log.Add(abandon ? "crash" : "close");
            if (abandon)
            {
                _store.Engine.Close(abandon: true);
            }
            else
            {
                _store.Dispose();
            }

            // In steps that the steady clock believes.
            _time.NowMs += _random.Below(8) * 3_600_000L;
            if (_random.Below(4) == 0)
            {
                _log.Add("open with the schema of the store");
                _store = TestStores.Open(
                    _files, Manifest.Read(new StoreFolder(_files, TestStores.Folder)).ReadSchema(), _time, _options);
                return;
            }

            _dropped.Where(IsOver).ToList().ForEach(column => column.IsGone = true);

            if (_random.Below(3) == 0)
            {
                AddColumn();
                _log.Add($"add '{_columns[^1].Name}'");
            }

            DropOrTakeBack();
            if (_random.Coin() && _columns[_random.Below(_columns.Count)] is { CanWiden: true } narrow)
            {
                narrow.Widen();
                narrow.IsChanged = true;
                _log.Add($"widen '{narrow.Name}' to {narrow.Type(narrow.At)}");
                RefuseNarrower();
            }

            if (_random.Coin())
            {
                Rename(_columns[_random.Below(_columns.Count)]);
            }

            _store = TestStores.Open(_files, Declare(), _time, _options);
            _dropped.Where(IsOver).ToList().ForEach(column => column.IsGone = true); // without a grace at once
        }

        private bool IsOver(HistoryColumn column) => _time.NowMs - column.DroppedMs >= _graceMs;

        // Code from before some widening.
        private void RefuseNarrower()
        {
            if (_columns.Find(column => column is { IsStored: true, IsChanged: false } && column.At > column.FirstStored) is { } wide)
            {
                StoreSchema narrow = StoreSchema.Define(s => s.EventType("e", t => Declare(t, wide, wide.Name, wide.At - 1)));
                Assert.That(
                    () => TestStores.Open(_files, narrow, _time, _options), Throws.TypeOf<SchemaMismatchException>(), Place("narrower"));
            }
        }

        private void DropOrTakeBack()
        {
            HistoryColumn[] held = [.. _dropped.Where(column => !column.IsGone)];
            if (_random.Below(3) == 0 && _columns.Count > 1 && _columns[_random.Below(_columns.Count)] is { IsStored: true } drop
                && drop.Names.Except(GoneNames()).Any())
            {
                _log.Add($"drop '{drop.Name}'");
                _columns.Remove(drop);
                _dropped.Add(drop);
                drop.IsChanged = true;
                drop.DroppedMs = _time.NowMs;
            }
            else if (held.Length > 0 && _random.Coin())
            {
                HistoryColumn back = held[_random.Below(held.Length)];
                _log.Add($"take back '{back.Name}'");
                _dropped.Remove(back);
                _columns.Add(back);
                back.IsChanged = true;
            }
        }

        private void Rename(HistoryColumn column)
        {
            string[] before = [.. column.Former.Order(StringComparer.Ordinal)];
            string name = before.Length > 0 && _random.Coin() ? before[_random.Below(before.Length)] : $"c{_names++}";
            _log.Add($"rename '{column.Name}' to '{name}'");
            if (column.IsStored)
            {
                column.Last = column.Name;
                column.Former.Add(column.Name);
            }

            column.Former.Remove(name);
            column.Name = name;
        }

        // In any order, and some columns are missing. Of the former names only the last must be stated: the store remembers the others.
        private StoreSchema Declare() => StoreSchema.Define(s => s.EventType("e", t =>
        {
            foreach (HistoryColumn column in _columns.OrderBy(_ => _random.Next()).ToArray())
            {
                if (column is { Last: null, IsStored: true, IsChanged: false } && _random.Below(4) == 0)
                {
                    continue;
                }

                column.FirstStored = column.IsStored ? column.FirstStored : column.At;
                Declare(t, column, column.Name, column.At);
                foreach (string former in column.Former.Where(former => former == column.Last || _random.Coin()).ToArray())
                {
                    t.RenamedFrom(former);
                }

                column.Last = null;
                column.IsChanged = false;
                column.IsStored = true;
            }

            foreach (HistoryColumn column in _dropped.Where(column => column.IsChanged))
            {
                // A name that a column is gone with names that one only.
                string[] names = [.. column.Names.Except(GoneNames()).Order(StringComparer.Ordinal)];
                t.Dropped(names[_random.Below(names.Length)]);
                column.IsChanged = false;
            }
        }));

        private static void Declare(EventTypeBuilder type, HistoryColumn column, string name, int at) => _ = column.Kind == 1
            ? type.Text(name)
            : type.Add(name, ColumnType.FromKind(column.Type(at)), column.Kind == 0 ? ColumnRole.Field : ColumnRole.Enrichment);

        private void Run(Task work)
        {
            _store.Engine.RunPending();
            work.GetAwaiter().GetResult();
        }
    }
}
