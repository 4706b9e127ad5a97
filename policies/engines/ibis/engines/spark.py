"""Open Spark: a cluster, or a local one in a process of Java on this machine."""

import shutil
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from policies.engines.errors import DataError
from policies.engines.ibis.dialects.spark import Spark
from policies.engines.ibis.engine import Engine, EngineFailedError, Piece
from policies.engines.ibis.engines.files import files_alike, is_place
from policies.engines.ibis.library import load, load_ibis

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # ${…} in a text of a rule is a text and not a setting or a variable of the machine.
    "spark.sql.variable.substitute": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.ui.enabled": "false",
}
_LOCAL_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}


class SparkEngine(Engine):
    """A session on Spark; what is sent are temporary views of the session."""

    def __init__(self, session: Any) -> None:
        super().__init__(Spark())
        self.session = session
        self.backend = load_ibis().pyspark.connect(session)
        self._numbers = count()

    def send(self, table: Any) -> Any:
        """Give Spark an Arrow table as a temporary view."""
        name = f"aedile_sent_{next(self._numbers)}"
        self.session.createDataFrame(table).createOrReplaceTempView(name)
        return self.backend.table(name)

    def answer(self, query: Any) -> Any:
        """Run a query."""
        try:
            return self.session.sql(str(self.backend.compile(query))).toArrow()
        except load("pyspark.errors").PySparkException as error:
            message = f"Spark failed: {str(error).splitlines()[0]}"
            raise EngineFailedError(message) from error

    def events(self, where: str) -> list[Piece]:
        """Return Parquet files, or a table of the catalogue."""
        if not is_place(where):
            if not self.session.catalog.tableExists(where):
                raise DataError("Spark has no such table, nor is there such a file", file=where)
            return [self._piece(self.session.table(where), None, where)]
        return [
            self._piece(self.session.read.parquet(*files), schema, files[0]) for files, schema in files_alike(where)
        ]

    def _piece(self, frame: Any, schema: Any, where: str) -> Piece:
        name = f"aedile_events_{next(self._numbers)}"
        frame.createOrReplaceTempView(name)
        table = self.backend.table(name)
        return Piece(table, table.schema().to_pyarrow() if schema is None else schema, where)

    def close(self) -> None:
        """End the session."""
        self.session.stop()


def open_spark(url: str = "") -> SparkEngine:
    """Open `spark://host:port`, or Spark on this machine for `spark://local` and an empty address.

    Raises:
        EngineMissingError: PySpark is not installed.
        EngineFailedError: there is no Java, or the cluster does not answer.
    """
    sql = load("pyspark.sql")
    if shutil.which("java") is None:
        raise EngineFailedError(
            "Spark needs Java 17 or later, and no java was found; install it or set JAVA_HOME and PATH"
        )
    is_local = not url or urlsplit(url).hostname == "local"
    builder = sql.SparkSession.builder.appName("aedile").master("local[*]" if is_local else url)
    for name, value in {**_SETTINGS, **(_LOCAL_SETTINGS if is_local else {})}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        message = f"Spark cannot be reached: {str(error).splitlines()[0]}"
        raise EngineFailedError(message) from error
    session.sparkContext.setLogLevel("ERROR")
    return SparkEngine(session)
