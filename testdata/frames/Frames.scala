import java.nio.file.{Files, Paths}
import ml.combust.mleap.core.types._
import ml.combust.mleap.runtime.frame.DefaultLeapFrame
import ml.combust.mleap.runtime.serialization.{BuiltinFormats, FrameReader, FrameWriter}

/** Writes JSON leap frames as MLeap's binary ones, without maps, which the binary format cannot hold. */
object Frames {
  def main(args: Array[String]): Unit = args.grouped(2).foreach { case Array(in, out) =>
    val f = FrameReader(BuiltinFormats.json).read(Paths.get(in)).get
    val names = f.schema.fields.filterNot(_.dataType.isInstanceOf[MapType]).map(_.name)
    val g: DefaultLeapFrame = f.select(names: _*).get
    val bytes = FrameWriter(g, BuiltinFormats.binary).toBytes().get
    Files.write(Paths.get(out), bytes)
    println(s"$out ${bytes.length} ${FrameReader(BuiltinFormats.binary).fromBytes(bytes).get.collect().size} rows")
  } 
}
